"""Words that every room uses: money, numbers, time, cases and outcomes. Pure; imports nothing of ours."""
