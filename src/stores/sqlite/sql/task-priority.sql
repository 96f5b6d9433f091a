-- ?1 task, ?2 priority. The place in line is the lower part of the rank.
UPDATE task SET rank = ?2 * 562949953421312 + (rank & 562949953421311) WHERE rid = ?1
