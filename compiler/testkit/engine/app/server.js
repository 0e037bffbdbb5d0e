// A page, and counters in both stores, over the addresses that the container was given.
'use strict';
const http = require('http');
const os = require('os');
const { sql, redis } = require('./wire');

const { DATABASE_URL, REDIS_URL, HOSTNAME, PORT } = process.env;

async function count() {
  await sql(DATABASE_URL, 'INSERT INTO visit DEFAULT VALUES');
  const [[postgres]] = await sql(DATABASE_URL, 'SELECT count(*) FROM visit');
  const [answer] = await redis(REDIS_URL, ['INCR', 'visits']);
  return { postgres: Number(postgres), redis: Number(answer.slice(1)), host: os.hostname() };
}

const server = http.createServer(async (request, response) => {
  try {
    if (request.url === '/count') {
      response.setHeader('content-type', 'application/json');
      return response.end(JSON.stringify(await count()));
    }
    if (request.url === '/slow') await new Promise((done) => setTimeout(done, 3000));
    response.setHeader('content-type', 'text/html');
    return response.end('<!doctype html><title>shop</title><h1>shop</h1>');
  } catch (error) {
    console.error(error);
    response.statusCode = 500;
    return response.end('failed');
  }
});
server.listen(Number(PORT), HOSTNAME, () => console.log(`listening on ${HOSTNAME}:${PORT}`));
// Requests that run are answered; then the process ends by itself.
process.on('SIGTERM', () => { console.log('stopping'); server.close(); server.closeIdleConnections(); });
