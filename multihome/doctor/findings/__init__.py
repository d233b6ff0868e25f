"""What is not as planned: pure functions from the plan and the facts to findings."""
