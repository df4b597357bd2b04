"""What we mean: steps, cases, rules, consent and the protocol table.

Pure standard library. Nothing here reads a clock, a file or a setting; every decision is a function of its
arguments. Rules are numbered R1 to R58 (docs/reference/rules.md) and refusals name them.
"""
