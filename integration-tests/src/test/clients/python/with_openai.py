"""What is asked with the OpenAI SDK."""

import json

import openai

NAMES = ("weather", "forecast")
PARAMETERS = {"type": "object", "properties": {"query": {"type": "string"}}}
QUESTION = "Tell me in 20 words what the weather is."


def client(job):
    options = {"max_retries": job["max_retries"]} if "max_retries" in job else {}
    return openai.OpenAI(api_key=job["api_key"], base_url=job["base_url"], **options)


def request(job):
    ephemeral = {"type": "ephemeral"}
    params = {
        "model": job["model"],
        "max_completion_tokens": 2000,
        "messages": [
            {
                "role": "system",
                "content": [
                    {"type": "text", "text": "cached " * 100, "cache_control": ephemeral},
                    {
                        "type": "text",
                        "text": "an hour " * 50,
                        "cache_control": ephemeral | {"ttl": "1h"},
                    },
                    {"type": "text", "text": "minutes " * 30, "cache_control": ephemeral},
                ],
            },
            {"role": "user", "content": QUESTION},
        ],
    }
    if job["thinking"] != "none":
        params["reasoning_effort"] = "low"
    return params


def chat_tools():
    return [
        {
            "type": "function",
            "function": {
                "name": name,
                "description": f"Tells the {name}.",
                "parameters": PARAMETERS,
            },
        }
        for name in NAMES
    ]


def collect(chunks):
    """Puts a stream's chunks together."""
    message = {"role": "assistant", "content": "", "reasoning_content": "", "tool_calls": []}
    usage = stop = None
    for chunk in chunks:
        usage = chunk.usage or usage
        for choice in chunk.choices:
            delta = choice.delta
            stop = choice.finish_reason or stop
            message["content"] += delta.content or ""
            message["reasoning_content"] += getattr(delta, "reasoning_content", None) or ""
            for piece in delta.tool_calls or []:
                if piece.index == len(message["tool_calls"]):
                    function = {"name": piece.function.name, "arguments": ""}
                    call = {"id": piece.id, "type": piece.type, "function": function}
                    message["tool_calls"].append(call)
                function = message["tool_calls"][piece.index]["function"]
                function["arguments"] += piece.function.arguments or ""
    return message, usage, stop


def ask(sdk, job, params, report):
    if job["stream"]:
        params = params | {"stream": True, "stream_options": {"include_usage": True}}
    raw = sdk.chat.completions.with_raw_response.create(**params)
    parsed = raw.parse()
    if job["stream"]:
        message, usage, stop = collect(parsed)
    else:
        choice = parsed.choices[0]
        message, usage, stop = choice.message.model_dump(), parsed.usage, choice.finish_reason
    report["answers"].append(
        {
            "usage": usage.model_dump(mode="json"),
            "text": message["content"] or "",
            "thinking": message.get("reasoning_content") or "",
            "signatures": [],
            "tool_calls": [
                {
                    "id": call["id"],
                    "name": call["function"]["name"],
                    "input": json.loads(call["function"]["arguments"]),
                }
                for call in message["tool_calls"] or []
            ],
            "stop": stop,
            "request_id": raw.headers.get("x-request-id"),
            "charge": raw.headers.get("x-charge-usd"),
        }
    )
    return message


def answer(sdk, job, report):
    ask(sdk, job, request(job), report)


def tools(sdk, job, report):
    params = request(job) | {"tools": chat_tools()}
    called = ask(sdk, job, params, report)
    results = [
        {"role": "tool", "tool_call_id": call["id"], "content": "18 degrees"}
        for call in called["tool_calls"]
    ]
    params["messages"] += [called, *results]
    ask(sdk, job, params, report)


def models(sdk, job, report):
    report["models"] = [model.id for model in sdk.models.list()]
    report["model"] = sdk.models.retrieve(job["model"]).id


def embedding(sdk, job, report):
    raw = sdk.embeddings.with_raw_response.create(model=job["model"], input=QUESTION)
    parsed = raw.parse()
    report["vector"] = len(parsed.data[0].embedding)
    report["answers"].append(
        {
            "usage": parsed.usage.model_dump(mode="json"),
            "request_id": raw.headers.get("x-request-id"),
            "charge": raw.headers.get("x-charge-usd"),
        }
    )


def respond(sdk, job, params, report):
    raw = sdk.responses.with_raw_response.create(**params, stream=job["stream"])
    whole = raw.parse()
    if job["stream"]:
        for event in whole:
            whole = getattr(event, "response", None) or whole

    def output(kind):
        return [item for item in whole.output if item.type == kind]

    report["answers"].append(
        {
            "usage": whole.usage.model_dump(mode="json"),
            "text": whole.output_text,
            "thinking": "".join(
                part.text for item in output("reasoning") for part in item.summary
            ),
            "signatures": [],
            "tool_calls": [
                {"id": call.call_id, "name": call.name, "input": json.loads(call.arguments)}
                for call in output("function_call")
            ],
            "stop": whole.status,
            "request_id": raw.headers.get("x-request-id"),
            "charge": raw.headers.get("x-charge-usd"),
        }
    )
    return whole


def response_request(job):
    params = {
        "model": job["model"],
        "max_output_tokens": 2000,
        "input": [{"role": "user", "content": QUESTION}],
    }
    if job["thinking"] != "none":
        params["reasoning"] = {"effort": "low"}
    return params


def responses(sdk, job, report):
    respond(sdk, job, response_request(job), report)


def responses_tools(sdk, job, report):
    params = response_request(job)
    params["tools"] = [
        {"type": "function", "name": name, "parameters": PARAMETERS, "strict": False}
        for name in NAMES
    ]
    called = respond(sdk, job, params, report)
    results = [
        {"type": "function_call_output", "call_id": item.call_id, "output": "18 degrees"}
        for item in called.output
        if item.type == "function_call"
    ]
    params["input"] += [*called.output, *results]
    respond(sdk, job, params, report)
