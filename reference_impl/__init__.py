"""The reference receiver of the course and, in `solutions/`, the submission that earns every point."""
