"""From a published figure back to the deliveries, sheets and rows behind it. Nothing here is ever published."""
