"""The preview engine: a speaking face rendered on this machine, free of charge."""
