"""The video service (DashScope, Alibaba Cloud Model Studio): our client for it.

`client.DashScope` makes the calls, `errors` says what can go wrong, `retry` when to repeat.
"""
