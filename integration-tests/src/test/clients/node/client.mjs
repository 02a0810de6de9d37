// The client libraries for the integration tests; see ../README.md.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import * as anthropic from './anthropic.mjs';
import * as openai from './openai.mjs';

const LIBRARIES = {
  anthropic: ['@anthropic-ai/sdk', anthropic],
  'anthropic-0x': ['anthropic-0x', anthropic],
  openai: ['openai', openai],
};

function version(name) {
  const manifest = new URL(`node_modules/${name}/package.json`, import.meta.url);
  return JSON.parse(readFileSync(manifest)).version;
}

function failure(e) {
  return {
    class: e.constructor.name,
    status: e.status ?? null,
    message: String(e.message),
    type: e.error?.error?.type ?? e.type ?? null,
    request_id: e.requestID ?? null,
  };
}

for await (const line of createInterface({ input: process.stdin })) {
  const job = JSON.parse(line);
  const [name, scenarios] = LIBRARIES[job.library];
  const { default: Sdk } = await import(name);
  const report = { sdk: `${name} ${version(name)}`, answers: [] };
  try {
    const client = new Sdk({
      apiKey: job.api_key,
      baseURL: job.base_url,
      ...(job.max_retries === undefined ? {} : { maxRetries: job.max_retries }),
    });
    await scenarios[job.scenario](client, job, report);
  } catch (e) {
    report.error = failure(e);
  }
  console.log(JSON.stringify(report));
}
