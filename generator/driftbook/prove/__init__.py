"""The proof: what was compiled, judged by the real engines."""
