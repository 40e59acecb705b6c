"""The report to the field: what is wrong in a delivery, where, what to do, and the rejected rows to correct and send back."""
