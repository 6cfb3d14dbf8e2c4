# Each target is one small script in .ci/, which also runs without make: `sh .ci/demo`.

.PHONY: demo install test proof lint lock soak crash image

demo:
	@sh .ci/demo

install:
	@sh .ci/install

test:
	@sh .ci/test

lint:
	@sh .ci/lint

lock:
	@sh .ci/lock

soak:
	@sh .ci/soak

proof:
	@sh .ci/proof

crash:
	@sh .ci/crash

image:
	@sh .ci/image
