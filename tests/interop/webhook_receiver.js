// A club's system as others would write it: verified with the npm package standardwebhooks.
//
//   node webhook_receiver.js whsec_…
//
// Prints {"port":…}, then for each request one JSON object a line: whether its signature is good, and what it told.
'use strict';
const http = require('http');
const { Webhook } = require('standardwebhooks');

const webhook = new Webhook(process.argv[2]);

const server = http.createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks).toString('utf8');
    try {
      const told = webhook.verify(body, request.headers);
      console.log(JSON.stringify({ good: true, id: request.headers['webhook-id'], told }));
      response.writeHead(204).end();
    } catch (error) {
      console.log(JSON.stringify({ good: false, why: String(error), body }));
      response.writeHead(401).end();
    }
  });
});
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: server.address().port })));
