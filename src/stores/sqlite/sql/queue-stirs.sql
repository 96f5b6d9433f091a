-- All of them: there are few queues, and the bell rings seldom.
SELECT name, stirs FROM queue
