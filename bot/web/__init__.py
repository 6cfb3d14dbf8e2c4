"""What the bot serves on its port; loaded only where there is one."""
