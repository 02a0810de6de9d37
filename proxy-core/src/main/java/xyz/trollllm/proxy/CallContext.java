package xyz.trollllm.proxy;

import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import xyz.trollllm.billing.CreditLedger;
import xyz.trollllm.proxy.admission.Gatekeeper;

/**
 * What all calls of one instance share.
 *
 * @param background where work is done that would keep an I/O thread from its other calls
 * @param pingInterval the silence after which a stream's client is pinged; never if zero
 */
record CallContext(
    String instance,
    Gatekeeper gatekeeper,
    Map<String, ConfiguredUpstream> upstreams,
    CreditLedger ledger,
    RequestLog log,
    Background background,
    Duration pingInterval,
    Duration holdLifetime,
    Clock clock) {}
