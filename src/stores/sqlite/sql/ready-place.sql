-- ?1 task, ?2 its place in line (see rank.ts): the priority stays as the upper part of the rank.
UPDATE task SET rank = (rank & ~562949953421311) + ?2 WHERE rid = ?1
