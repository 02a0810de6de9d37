"""What is asked with LiteLLM as a library, which is also how OpenHands asks."""

import json
import os

# Otherwise importing it downloads a price list.
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

import litellm  # noqa: E402

import with_anthropic  # noqa: E402
import with_openai  # noqa: E402

litellm.telemetry = False

# library: the provider it is told to use
PROVIDERS = {
    "litellm-anthropic": "anthropic",
    "litellm-openai": "openai",
    "litellm-proxy": "litellm_proxy",
}


def client(job):
    """There is none: every call says where it goes."""


def request(job):
    params = with_openai.request(job) | {
        "model": f"{PROVIDERS[job['library']]}/{job['model']}",
        "api_base": job["base_url"],
        "api_key": job["api_key"],
    }
    if "max_retries" in job:
        params["max_retries"] = job["max_retries"]
    params["max_tokens"] = params.pop("max_completion_tokens")
    if "reasoning_effort" in params:
        del params["reasoning_effort"]
        if job["library"] == "litellm-anthropic":
            params["thinking"] = with_anthropic.request(job)["thinking"]
        else:
            # The names of Claude models are not OpenAI's, so LiteLLM wants to be told.
            params["reasoning_effort"] = "low"
            params["allowed_openai_params"] = ["reasoning_effort"]
    return params


def header(response, name):
    """Of an answer's headers, which some providers put under names of their own."""
    headers = getattr(response, "_response_headers", None) or {}
    hidden = getattr(response, "_hidden_params", None) or {}
    more = hidden.get("additional_headers") or {}
    return headers.get(name) or more.get(f"llm_provider-{name}")


def ask(job, params, report):
    if job["stream"]:
        streaming = {"stream": True, "stream_options": {"include_usage": True}}
        response = litellm.completion(**params, **streaming)
        whole = litellm.stream_chunk_builder(list(response), messages=params["messages"])
    else:
        response = whole = litellm.completion(**params)
    choice = whole.choices[0]
    message = choice.message
    signatures = [
        block["signature"] for block in getattr(message, "thinking_blocks", None) or []
    ]
    report["answers"].append(
        {
            "usage": whole.usage.model_dump(mode="json"),
            "text": message.content or "",
            "thinking": getattr(message, "reasoning_content", None) or "",
            "signatures": signatures,
            "tool_calls": [
                {
                    "id": call.id,
                    "name": call.function.name,
                    "input": json.loads(call.function.arguments),
                }
                for call in message.tool_calls or []
            ],
            "stop": choice.finish_reason,
            "request_id": header(response, "request-id"),
            "charge": header(response, "x-charge-usd"),
        }
    )
    return message


def answer(sdk, job, report):
    ask(job, request(job), report)


def tools(sdk, job, report):
    params = request(job) | {"tools": with_openai.chat_tools()}
    called = ask(job, params, report)
    results = [
        {"role": "tool", "tool_call_id": call.id, "content": "18 degrees"}
        for call in called.tool_calls
    ]
    params["messages"] += [called.model_dump(), *results]
    ask(job, params, report)


def embedding(sdk, job, report):
    whole = litellm.embedding(
        model=f"{PROVIDERS[job['library']]}/{job['model']}",
        input=[with_openai.QUESTION],
        api_base=job["base_url"],
        api_key=job["api_key"],
    )
    report["vector"] = len(whole.data[0]["embedding"])
    report["answers"].append(
        {
            "usage": whole.usage.model_dump(mode="json"),
            "request_id": header(whole, "request-id"),
            "charge": header(whole, "x-charge-usd"),
        }
    )
