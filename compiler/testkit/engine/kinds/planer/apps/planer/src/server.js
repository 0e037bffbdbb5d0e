const http = require('http');
const edge = require('edge');

const wanted = edge.bearer(process.env.KINDS_TOKEN);
const server = http.createServer((request, response) => {
  response.writeHead(request.headers.authorization === wanted ? 200 : 403).end();
});
server.listen(8000);
process.on('SIGTERM', () => server.close(() => process.exit(0)));
