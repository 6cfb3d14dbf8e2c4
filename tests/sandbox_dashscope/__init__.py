"""Tests of the local DashScope, over real sockets."""
