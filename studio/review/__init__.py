"""What legal does with requests and records: queue, comparison, assessment, approval."""
