package xyz.trollllm.config;

import java.math.BigDecimal;
import java.time.Duration;

/**
 * How far an upstream's answer is read on after its client went away, so that its usage is known.
 *
 * @param time how long after the client's departure
 * @param costUsd what the request may cost by then, in US dollars, multiplier included
 */
public record DrainLimit(Duration time, BigDecimal costUsd) {}
