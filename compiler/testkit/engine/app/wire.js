// PostgreSQL (SCRAM-SHA-256, simple queries) and Redis over their wire, so that nothing is downloaded.
'use strict';
const crypto = require('crypto');
const net = require('net');

const hmac = (key, text) => crypto.createHmac('sha256', key).update(text).digest();

function scram(password) {
  const first = `n=,r=${crypto.randomBytes(18).toString('base64')}`;
  return {
    first: `n,,${first}`,
    last(challenge) {
      const fields = Object.fromEntries(challenge.split(',').map((it) => [it[0], it.slice(2)]));
      const salted = crypto.pbkdf2Sync(password, Buffer.from(fields.s, 'base64'), Number(fields.i), 32, 'sha256');
      const client = hmac(salted, 'Client Key');
      const stored = crypto.createHash('sha256').update(client).digest();
      const last = `c=biws,r=${fields.r}`;
      const signature = hmac(stored, `${first},${challenge},${last}`);
      return `${last},p=${client.map((byte, at) => byte ^ signature[at]).toString('base64')}`;
    },
  };
}

const int = (value) => { const it = Buffer.alloc(4); it.writeInt32BE(value); return it; };
const text = (value) => Buffer.from(`${value}\0`);
function message(type, ...parts) {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from(type), int(body.length + 4), body]);
}

// Runs one query and gives the rows as arrays of text.
function sql(address, query) {
  const url = new URL(address);
  const [user, password] = [url.username, url.password].map(decodeURIComponent);
  return new Promise((resolve, reject) => {
    const socket = net.connect(Number(url.port), url.hostname);
    const login = scram(password);
    const rows = [];
    let rest = Buffer.alloc(0);
    let failed = null;
    const on = {
      R(body) {
        const kind = body.readInt32BE(0);
        if (kind === 10) socket.write(message('p', text('SCRAM-SHA-256'), int(login.first.length), Buffer.from(login.first)));
        if (kind === 11) socket.write(message('p', Buffer.from(login.last(body.toString('utf8', 4)))));
      },
      D(body) {
        const row = [];
        for (let at = 2, left = body.readInt16BE(0); left > 0; left -= 1) {
          const length = body.readInt32BE(at);
          row.push(length < 0 ? null : body.toString('utf8', at + 4, at + 4 + length));
          at += 4 + Math.max(length, 0);
        }
        rows.push(row);
      },
      E(body) { failed = new Error(body.toString('utf8').replace(/\0/g, ' ')); },
      Z() {
        if (query === null) return;
        if (failed || on.asked) { socket.end(); return failed ? reject(failed) : resolve(rows); }
        on.asked = true;
        socket.write(message('Q', text(query)));
      },
    };
    socket.on('connect', () => {
      const body = Buffer.concat([int(196608), text('user'), text(user), text('database'), text(url.pathname.slice(1)), text('')]);
      socket.write(Buffer.concat([int(body.length + 4), body]));
    });
    socket.on('data', (data) => {
      rest = Buffer.concat([rest, data]);
      while (rest.length >= 5 && rest.length > rest.readInt32BE(1)) {
        const end = rest.readInt32BE(1) + 1;
        const handler = on[String.fromCharCode(rest[0])];
        if (handler) handler(rest.subarray(5, end));
        rest = rest.subarray(end);
      }
    });
    socket.on('error', reject);
    socket.on('close', () => reject(failed || new Error('postgres closed the connection')));
  });
}

// Sends commands and gives the raw answers, one line each for what is used here.
function redis(address, ...commands) {
  const url = new URL(address);
  return new Promise((resolve, reject) => {
    const socket = net.connect(Number(url.port), url.hostname);
    const all = [['AUTH', decodeURIComponent(url.password)], ...commands];
    let answer = '';
    socket.on('connect', () => socket.write(all.map((it) => `${it.join(' ')}\r\n`).join('')));
    socket.on('data', (data) => {
      answer += data;
      const lines = answer.split('\r\n').slice(0, -1);
      if (lines.length < all.length) return;
      socket.end();
      const fault = lines.find((it) => it.startsWith('-'));
      return fault ? reject(new Error(fault)) : resolve(lines.slice(1));
    });
    socket.on('error', reject);
  });
}

module.exports = { sql, redis };
