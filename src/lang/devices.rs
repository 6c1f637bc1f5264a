//! The devices that `execute` and `@ "device"` name.

/// Devices without a number.
pub const NAMES: &[&str] = &["cpu", "gpu", "cuda", "tpu", "xla", "auto", "mps"];

/// Devices that take a number after a colon: `cuda:0`.
pub const NUMBERED: &[&str] = &["cuda", "tpu"];

/// Whether there is such a device.
pub fn is_device(name: &str) -> bool {
    match name.split_once(':') {
        None => NAMES.contains(&name),
        Some((kind, number)) => {
            let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
            NUMBERED.contains(&kind) && digits && number.len() <= 4
        }
    }
}

/// The device that `name` was probably meant to be.
pub fn suggestion(name: &str) -> Option<String> {
    let lower = name.to_ascii_lowercase();
    if is_device(&lower) {
        return Some(lower);
    }
    let kind = lower.trim_end_matches(|c: char| !c.is_ascii_alphabetic());
    let number: String = lower[kind.len()..].chars().filter(char::is_ascii_digit).collect();
    let near = match kind {
        "gpu" if !number.is_empty() => "cuda",
        kind => crate::diagnostics::suggest::did_you_mean(kind, NAMES.iter().copied())?,
    };
    let device = match number.is_empty() || !NUMBERED.contains(&near) {
        true => near.to_owned(),
        false => format!("{near}:{number}"),
    };
    is_device(&device).then_some(device)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_known_by_their_whole_name() {
        for name in ["cpu", "gpu", "cuda", "cuda:0", "cuda:12", "tpu", "tpu:3", "auto", "mps"] {
            assert!(is_device(name), "{name}");
        }
        for name in ["", "npu", "CPU", "cuda:", "cuda:x", "cpu:0", "gpu:0", "cuda:0:1", "cuda0"] {
            assert!(!is_device(name), "{name}");
        }
    }

    #[test]
    fn near_devices_are_suggested() {
        let suggested = |name: &str| suggestion(name);
        assert_eq!(suggested("CUDA"), Some("cuda".to_owned()));
        assert_eq!(suggested("cuda0"), Some("cuda:0".to_owned()));
        assert_eq!(suggested("cuda:"), Some("cuda".to_owned()));
        assert_eq!(suggested("gpu:1"), Some("cuda:1".to_owned()));
        assert_eq!(suggested("cpu:0"), Some("cpu".to_owned()));
        assert_eq!(suggested("quantum_annealer"), None);
        assert_eq!(suggested("é"), None);
    }
}
