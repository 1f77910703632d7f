"""The suites: one pytest module an exercise, one check a criterion of the contract."""
