"""What is asked with the Anthropic SDK."""

import anthropic


def client(job):
    options = {"max_retries": job["max_retries"]} if "max_retries" in job else {}
    return anthropic.Anthropic(api_key=job["api_key"], base_url=job["base_url"], **options)


def request(job):
    ephemeral = {"type": "ephemeral"}
    params = {
        "model": job["model"],
        "max_tokens": 2000,
        # The first mark ends what the cache has; the others, what is written to it.
        "system": [
            {"type": "text", "text": "cached " * 100, "cache_control": ephemeral},
            {"type": "text", "text": "an hour " * 50, "cache_control": ephemeral | {"ttl": "1h"}},
            {"type": "text", "text": "minutes " * 30, "cache_control": ephemeral},
        ],
        "messages": [{"role": "user", "content": "Tell me in 20 words what the weather is."}],
    }
    if job["thinking"] == "enabled":
        params["thinking"] = {"type": "enabled", "budget_tokens": 1024}
    if job["thinking"] == "adaptive":
        params["thinking"] = {"type": "adaptive"}
    return params


def ask(sdk, job, params, report):
    charge = None
    if job["stream"]:
        with sdk.messages.stream(**params) as stream:
            message = stream.get_final_message()
            request_id = stream.response.headers.get("request-id")
    else:
        raw = sdk.messages.with_raw_response.create(**params)
        message = raw.parse()
        request_id = message._request_id
        charge = raw.headers.get("x-charge-usd")

    def blocks(kind):
        return [block for block in message.content if block.type == kind]

    report["answers"].append(
        {
            "usage": message.usage.model_dump(mode="json"),
            "text": "".join(block.text for block in blocks("text")),
            "thinking": "".join(block.thinking for block in blocks("thinking")),
            "signatures": [block.signature for block in blocks("thinking")],
            "tool_calls": [
                {"id": block.id, "name": block.name, "input": block.input}
                for block in blocks("tool_use")
            ],
            "stop": message.stop_reason,
            "request_id": request_id,
            "charge": charge,
        }
    )
    return message


def answer(sdk, job, report):
    ask(sdk, job, request(job), report)


def tools(sdk, job, report):
    params = request(job)
    params["tools"] = [
        {
            "name": name,
            "description": f"Tells the {name}.",
            "input_schema": {"type": "object", "properties": {"query": {"type": "string"}}},
        }
        for name in ("weather", "forecast")
    ]
    called = ask(sdk, job, params, report)
    results = [
        {"type": "tool_result", "tool_use_id": block.id, "content": "18 degrees"}
        for block in called.content
        if block.type == "tool_use"
    ]
    params["messages"] += [
        {"role": "assistant", "content": called.content},
        {"role": "user", "content": results},
    ]
    ask(sdk, job, params, report)


def count_tokens(sdk, job, report):
    params = {name: request(job)[name] for name in ("model", "system", "messages")}
    report["tokens"] = sdk.messages.count_tokens(**params).input_tokens


def models(sdk, job, report):
    report["models"] = [model.id for model in sdk.models.list()]
    report["model"] = sdk.models.retrieve(job["model"]).id
