// Counts requests where `limit_req` cannot: below one request a minute.
//
// A client may make so many requests in any window of a length. Each of them takes a slot that is
// free again when the window is over; a request that finds none is refused. Taking a slot is one
// atomic step for all workers, so no window, wherever it begins, sees more.

import crypto from 'crypto';

// Digits of a client's digest: with the number of a slot, an entry takes 128 bytes of the zone.
const DIGEST = 12;

// The handler of `js_access`. What holds for the location stands in `$limits_exact`: for each limit
// its zone, the requests, the window in milliseconds and the variable that says who the client is.
function take(r) {
    const variables = r.variables;
    if (variables.limit_exact_status) {
        // The service sent the request on to another location, where it is not a new one.
        return;
    }
    variables.limit_exact_status = 'PASSED';
    const taken = [];
    const limits = variables.limits_exact.split(', ').map(read);
    for (let n = 0; n < limits.length; n++) {
        const wait = ask(r, limits[n], taken);
        if (wait > 0) {
            refuse(r, limits[n], wait, taken);
            return;
        }
    }
}

function read(text) {
    const words = text.split(' ');
    return {
        name: words[0],
        zone: ngx.shared[words[0]],
        requests: Number(words[1]),
        window: Number(words[2]),
        client: words[3],
    };
}

// Milliseconds until the limit has a slot for the request; 0 when it has taken one, or needs none.
function ask(r, limit, taken) {
    const client = r.rawVariables[limit.client];
    if (!client || client.length === 0) {
        return 0;
    }
    const id = crypto.createHash('sha256').update(client).digest('base64').substring(0, DIGEST);
    // Whoever is refused is remembered, so that asking again costs one look and not all of them.
    const known = limit.zone.ttl(`${id}-`);
    if (known > 0) {
        return known;
    }
    let wait = limit.window;
    for (let slot = 0; slot < limit.requests; slot++) {
        const key = `${id}${slot}`;
        if (limit.zone.add(key, 1, limit.window)) {
            taken.push({zone: limit.zone, key: key});
            return 0;
        }
        wait = Math.min(wait, limit.zone.ttl(key) || 1);
    }
    limit.zone.set(`${id}-`, 1, wait);
    return wait;
}

// Only a request that is let through counts, so it gives back what other limits gave it.
function refuse(r, limit, wait, taken) {
    const trial = r.variables.limits_dry_run === 'on';
    r.variables.limit_exact_status = trial ? 'REJECTED_DRY_RUN' : 'REJECTED';
    const what = trial ? 'limiting requests, dry run' : 'limiting requests';
    r.warn(`${what}, zone "${limit.name}", client: ${r.remoteAddress}`);
    if (trial) {
        return;
    }
    taken.forEach((slot) => slot.zone.delete(slot.key));
    r.variables.retry_after = String(Math.ceil(wait / 1000));
    r.return(429);
}

export default { take };
