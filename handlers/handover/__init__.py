"""Handing a customer to a person: the queue, the words both ways, call-backs."""
