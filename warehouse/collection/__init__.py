"""A round while it is collected: what partial deliveries tell of progress and of the quality of the work."""
