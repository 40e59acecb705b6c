"""The ways to people: how each kind of channel is reached, what its messages look like, and what became of one."""
