"""Programs of other people that the build runs: found where they are, brought in where they are not."""
