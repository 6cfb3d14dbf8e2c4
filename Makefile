# Each target is one small script in .ci/, which also runs without make: `sh .ci/demo`.

.PHONY: demo test lint lock

demo:
	@sh .ci/demo

test:
	@sh .ci/test

lint:
	@sh .ci/lint

lock:
	@sh .ci/lock
