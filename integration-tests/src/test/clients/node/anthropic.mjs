// What is asked with the Anthropic SDK.
const tool = (name) => ({
  name,
  description: `Tells the ${name}.`,
  input_schema: { type: 'object', properties: { query: { type: 'string' } } },
});

function request(job) {
  const params = {
    model: job.model,
    max_tokens: 2000,
    // The first mark ends what the cache has; the others, what is written to it.
    system: [
      { type: 'text', text: 'cached '.repeat(100), cache_control: { type: 'ephemeral' } },
      { type: 'text', text: 'an hour '.repeat(50), cache_control: { type: 'ephemeral', ttl: '1h' } },
      { type: 'text', text: 'minutes '.repeat(30), cache_control: { type: 'ephemeral' } },
    ],
    messages: [{ role: 'user', content: 'Tell me in 20 words what the weather is.' }],
  };
  if (job.thinking === 'enabled') params.thinking = { type: 'enabled', budget_tokens: 1024 };
  if (job.thinking === 'adaptive') params.thinking = { type: 'adaptive' };
  return params;
}

async function ask(client, job, params, report) {
  let message, requestId, charge;
  if (job.stream) {
    const stream = client.messages.stream(params);
    message = await stream.finalMessage();
    requestId = stream.request_id;
  } else {
    const { data, response } = await client.messages.create(params).withResponse();
    message = data;
    requestId = data._request_id;
    charge = response.headers.get('x-charge-usd');
  }
  const blocks = (type) => message.content.filter((block) => block.type === type);
  report.answers.push({
    usage: message.usage,
    text: blocks('text').map((block) => block.text).join(''),
    thinking: blocks('thinking').map((block) => block.thinking).join(''),
    signatures: blocks('thinking').map((block) => block.signature),
    tool_calls: blocks('tool_use').map(({ id, name, input }) => ({ id, name, input })),
    stop: message.stop_reason,
    request_id: requestId,
    charge: charge ?? null,
  });
  return message;
}

export async function answer(client, job, report) {
  await ask(client, job, request(job), report);
}

export async function tools(client, job, report) {
  const params = { ...request(job), tools: [tool('weather'), tool('forecast')] };
  const called = await ask(client, job, params, report);
  const results = called.content
    .filter((block) => block.type === 'tool_use')
    .map((block) => ({ type: 'tool_result', tool_use_id: block.id, content: '18 degrees' }));
  params.messages.push(
    { role: 'assistant', content: called.content },
    { role: 'user', content: results },
  );
  await ask(client, job, params, report);
}

export async function count_tokens(client, job, report) {
  const { model, system, messages } = request(job);
  report.tokens = (await client.messages.countTokens({ model, system, messages })).input_tokens;
}

export async function models(client, job, report) {
  report.models = [];
  for await (const model of client.models.list()) report.models.push(model.id);
  report.model = (await client.models.retrieve(job.model)).id;
}
