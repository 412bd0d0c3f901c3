# Tests, lint, benchmarks, setup.
