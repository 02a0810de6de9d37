package xyz.trollllm.proxy;

import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import xyz.trollllm.billing.CreditLedger;
import xyz.trollllm.proxy.admission.Gatekeeper;

/** What all calls of one instance share. */
record CallContext(
    String instance,
    Gatekeeper gatekeeper,
    Map<String, ConfiguredUpstream> upstreams,
    CreditLedger ledger,
    RequestLog log,
    Duration holdLifetime,
    Clock clock) {}
