-- Fragment: tells those who listen to this queue. The channel has the name of the meta key. In: meta, now.
call('PUBLISH', meta, '')
call('HSET', meta, 'idle', 0, 'notified-at', now)
