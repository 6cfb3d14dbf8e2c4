"""The local DashScope: plays the paid video service, over HTTP on loopback, with a bill."""
