"""Words that every room uses: money, numbers, time, cases, outcomes. Imports nothing of ours."""
