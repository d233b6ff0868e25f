"""The real Home Assistant without its image: its package in a Debian root."""
