-- Once per transaction that needs numbers; they are handed out in memory and written back before the commit.
SELECT last FROM sequence WHERE only = 1
