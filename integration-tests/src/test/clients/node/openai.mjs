// What is asked with the OpenAI SDK.
const NAMES = ['weather', 'forecast'];
const PARAMETERS = { type: 'object', properties: { query: { type: 'string' } } };
const QUESTION = 'Tell me in 20 words what the weather is.';

function request(job) {
  const params = {
    model: job.model,
    max_completion_tokens: 2000,
    messages: [
      {
        role: 'system',
        content: [
          { type: 'text', text: 'cached '.repeat(100), cache_control: { type: 'ephemeral' } },
          { type: 'text', text: 'an hour '.repeat(50), cache_control: { type: 'ephemeral', ttl: '1h' } },
          { type: 'text', text: 'minutes '.repeat(30), cache_control: { type: 'ephemeral' } },
        ],
      },
      { role: 'user', content: QUESTION },
    ],
  };
  if (job.thinking !== 'none') params.reasoning_effort = 'low';
  return params;
}

/** Puts a stream's chunks together. */
async function collect(chunks) {
  const message = { role: 'assistant', content: '', reasoning_content: '', tool_calls: [] };
  const whole = { message, usage: null, finish_reason: null };
  for await (const chunk of chunks) {
    whole.usage = chunk.usage ?? whole.usage;
    for (const choice of chunk.choices) {
      whole.finish_reason = choice.finish_reason ?? whole.finish_reason;
      message.content += choice.delta.content ?? '';
      message.reasoning_content += choice.delta.reasoning_content ?? '';
      for (const piece of choice.delta.tool_calls ?? []) {
        const call = (message.tool_calls[piece.index] ??= {
          id: piece.id,
          type: piece.type,
          function: { name: piece.function.name, arguments: '' },
        });
        call.function.arguments += piece.function.arguments ?? '';
      }
    }
  }
  return whole;
}

async function ask(client, job, params, report) {
  const streaming = job.stream ? { stream: true, stream_options: { include_usage: true } } : {};
  const { data, response } = await client.chat.completions
    .create({ ...params, ...streaming })
    .withResponse();
  const { message, usage, finish_reason } = job.stream
    ? await collect(data)
    : { ...data.choices[0], usage: data.usage };
  const calls = message.tool_calls ?? [];
  report.answers.push({
    usage,
    text: message.content ?? '',
    thinking: message.reasoning_content ?? '',
    signatures: [],
    tool_calls: calls.map((call) => ({
      id: call.id,
      name: call.function.name,
      input: JSON.parse(call.function.arguments),
    })),
    stop: finish_reason,
    request_id: response.headers.get('x-request-id'),
    charge: response.headers.get('x-charge-usd'),
  });
  return message;
}

export async function answer(client, job, report) {
  await ask(client, job, request(job), report);
}

export async function tools(client, job, report) {
  const params = request(job);
  params.tools = NAMES.map((name) => ({
    type: 'function',
    function: { name, description: `Tells the ${name}.`, parameters: PARAMETERS },
  }));
  const called = await ask(client, job, params, report);
  params.messages.push(
    called,
    ...called.tool_calls.map((call) => ({
      role: 'tool',
      tool_call_id: call.id,
      content: '18 degrees',
    })),
  );
  await ask(client, job, params, report);
}

export async function models(client, job, report) {
  report.models = [];
  for await (const model of client.models.list()) report.models.push(model.id);
  report.model = (await client.models.retrieve(job.model)).id;
}

export async function embedding(client, job, report) {
  const { data, response } = await client.embeddings
    .create({ model: job.model, input: QUESTION })
    .withResponse();
  report.vector = data.data[0].embedding.length;
  report.answers.push({
    usage: data.usage,
    request_id: response.headers.get('x-request-id'),
    charge: response.headers.get('x-charge-usd'),
  });
}

async function respond(client, job, params, report) {
  const { data, response } = await client.responses
    .create({ ...params, ...(job.stream ? { stream: true } : {}) })
    .withResponse();
  let whole = data;
  if (job.stream) {
    for await (const event of data) whole = event.response ?? whole;
  }
  const output = (type) => whole.output.filter((item) => item.type === type);
  report.answers.push({
    usage: whole.usage,
    text: output('message').flatMap((item) => item.content).map((part) => part.text).join(''),
    thinking: output('reasoning').flatMap((item) => item.summary).map((part) => part.text).join(''),
    signatures: [],
    tool_calls: output('function_call').map((call) => ({
      id: call.call_id,
      name: call.name,
      input: JSON.parse(call.arguments),
    })),
    stop: whole.status,
    request_id: response.headers.get('x-request-id'),
    charge: response.headers.get('x-charge-usd'),
  });
  return whole;
}

function responseRequest(job) {
  const params = { model: job.model, max_output_tokens: 2000, input: [{ role: 'user', content: QUESTION }] };
  if (job.thinking !== 'none') params.reasoning = { effort: 'low' };
  return params;
}

export async function responses(client, job, report) {
  await respond(client, job, responseRequest(job), report);
}

export async function responses_tools(client, job, report) {
  const params = responseRequest(job);
  params.tools = NAMES.map((name) => ({ type: 'function', name, parameters: PARAMETERS, strict: false }));
  const called = await respond(client, job, params, report);
  params.input.push(
    ...called.output,
    ...called.output
      .filter((item) => item.type === 'function_call')
      .map((call) => ({ type: 'function_call_output', call_id: call.call_id, output: '18 degrees' })),
  );
  await respond(client, job, params, report);
}
