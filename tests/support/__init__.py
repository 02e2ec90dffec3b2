"""What tests and benchmarks share: servers, simulators, lists, processes."""
