"""Le correcteur du cours : simulated sender, sandbox, suites and scoring."""
