#![no_main]

// Without libFuzzer's hook, which ends the process, a panic goes as far as it would in a shard.
libfuzzer_sys::fuzz_target!(init: drop(std::panic::take_hook()), |bytes: &[u8]| sfu::fuzz::sctp(bytes));
