"""The rules of continuous routing: who takes a new account, why, and what is watched afterwards. Pure."""
