"""Personal data: what it looks like, where it must not be, how it is searched for and how it is removed for good."""
