//! Layers that change the spatial sizes of an image and nothing else: padding, cropping,
//! upsampling, resizing.

use super::core::unchanged;
use super::shared::*;
use crate::diagnostics::codes;
use crate::lang::explain;
use crate::lang::geometry::{Image, channels_first};
use crate::lang::{
    Blame, Category, Default, Kind, LayerEntry, Outcome, Param, Problem, Rule, RuleCx, Value,
};
use crate::shape::{Count, Dim, Shape};

const fn padding(rank: usize) -> Param {
    let default = match rank {
        1 => Default::Int(1),
        2 => Default::Ints(&[1, 1]),
        _ => Default::Pairs(&[[1, 1], [1, 1], [1, 1]]),
    };
    optional(
        "padding",
        Kind::Pairs { rank },
        default,
        "How much is added before and after each spatial dimension.",
    )
}

/// Keras has another default for each number of dimensions.
const fn cropping(rank: usize) -> Param {
    let default = match rank {
        1 => Default::Ints(&[1, 1]),
        2 => Default::Pairs(&[[0, 0], [0, 0]]),
        _ => Default::Pairs(&[[1, 1], [1, 1], [1, 1]]),
    };
    optional(
        "cropping",
        Kind::Pairs { rank },
        default,
        "How much is cut off before and after each spatial dimension.",
    )
}

const fn size(rank: usize) -> Param {
    let doc = "How often each element is repeated, one number or one for each spatial dimension.";
    let (kind, default) = match rank {
        1 => (Kind::StrictInt { min: 1 }, Default::Int(2)),
        2 => (Kind::Ints { rank, min: 1 }, Default::Ints(&[2, 2])),
        _ => (Kind::Ints { rank, min: 1 }, Default::Ints(&[2, 2, 2])),
    };
    optional("size", kind, default, doc)
}

const INTERPOLATION: &[&str] = &["nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"];
const HEIGHT: Param = required("height", POSITIVE, "224", "The height that comes out.");
const WIDTH: Param = required("width", POSITIVE, "224", "The width that comes out.");

const fn entry(
    name: &'static str,
    rule: fn(&RuleCx<'_>) -> Result<Outcome, Problem>,
    params: &'static [Param],
    summary: &'static str,
) -> LayerEntry {
    LayerEntry::new(name, Category::Reshaping, Rule::Pure(rule), params, summary)
        .explained(explain_sizes)
}

const PAIRS: &str = "One number is for both ends of every dimension; `((top, bottom), (left, right))` names each end.";

/// Padding, cropping, upsampling and resizing.
pub static LAYERS: &[LayerEntry] = &[
    entry(
        "ZeroPadding1D",
        pad::<1>,
        &[padding(1), DATA_FORMAT],
        "Adds zeros before and after a sequence.",
    )
    .gives("(batch, before + steps + after, channels)")
    .in_torch("nn.ZeroPad1d"),
    entry("ZeroPadding2D", pad::<2>, &[padding(2), DATA_FORMAT], "Adds zeros around an image.")
        .gives("(batch, before + size + after, …, channels)")
        .in_torch("nn.ZeroPad2d")
        .noting(PAIRS),
    entry("ZeroPadding3D", pad::<3>, &[padding(3), DATA_FORMAT], "Adds zeros around a volume.")
        .gives("(batch, before + size + after, …, channels)")
        .in_torch("nn.ZeroPad3d")
        .noting(PAIRS),
    entry("Cropping1D", crop::<1>, &[cropping(1)], "Cuts the ends of a sequence off.")
        .gives("(batch, steps - before - after, channels)"),
    entry("Cropping2D", crop::<2>, &[cropping(2), DATA_FORMAT], "Cuts the edges of an image off.")
        .gives("(batch, size - before - after, …, channels)")
        .noting(PAIRS),
    entry("Cropping3D", crop::<3>, &[cropping(3), DATA_FORMAT], "Cuts the edges of a volume off.")
        .gives("(batch, size - before - after, …, channels)")
        .noting(PAIRS),
    entry("UpSampling1D", upsample::<1>, &[size(1)], "Repeats each step of a sequence.")
        .gives("(batch, steps * size, channels)")
        .in_torch("nn.Upsample"),
    entry(
        "UpSampling2D",
        upsample::<2>,
        &[
            size(2),
            DATA_FORMAT,
            optional(
                "interpolation",
                Kind::Choice { values: INTERPOLATION, any_case: false },
                Default::Str("nearest"),
                "How the new elements come about.",
            ),
        ],
        "Enlarges an image.",
    )
    .gives("(batch, height * size, width * size, channels)")
    .in_torch("nn.Upsample"),
    entry(
        "UpSampling3D",
        upsample::<3>,
        &[size(3), DATA_FORMAT],
        "Repeats each element of a volume.",
    )
    .gives("(batch, size * factor, …, channels)")
    .in_torch("nn.Upsample"),
    entry(
        "Resizing",
        resize,
        &[
            HEIGHT,
            WIDTH,
            optional(
                "interpolation",
                Kind::Str,
                Default::Str("bilinear"),
                "How the new elements come about.",
            ),
            optional(
                "crop_to_aspect_ratio",
                Kind::Bool,
                Default::Bool(false),
                "Whether the image is cut to keep its proportions.",
            ),
            optional(
                "pad_to_aspect_ratio",
                Kind::Bool,
                Default::Bool(false),
                "Whether the image is padded to keep its proportions.",
            ),
            optional("fill_mode", Kind::Str, Default::Str("constant"), "What padding holds."),
            optional("fill_value", NUMBER, Default::Float(0.0), "The number that padding holds."),
            optional("antialias", Kind::Bool, Default::Bool(false), "Whether shrinking smooths."),
            DATA_FORMAT,
        ],
        "Brings images to a given size.",
    )
    .gives("(batch, height, width, channels)")
    .in_torch("torchvision.transforms.Resize"),
    entry(
        "CenterCrop",
        resize,
        &[HEIGHT, WIDTH, DATA_FORMAT],
        "Cuts the middle out of images, or enlarges them first where they are smaller.",
    )
    .gives("(batch, height, width, channels)")
    .in_torch("torchvision.transforms.CenterCrop"),
];

/// Before and after of each spatial dimension, from one number, a number for each, or pairs.
fn pairs(cx: &RuleCx<'_>, param: &str, rank: usize) -> Vec<(Option<i64>, Option<i64>)> {
    let pair = |value: &Value| match value.elements() {
        Some([before, after]) => (before.as_int(), after.as_int()),
        Some(_) => (None, None),
        None => (value.as_int(), value.as_int()),
    };
    let value = cx.args.value(param);
    match value.elements() {
        Some(elements) if rank > 1 && elements.len() == rank => elements.iter().map(pair).collect(),
        _ => vec![pair(&value); rank],
    }
}

fn pad<const RANK: usize>(cx: &RuleCx<'_>) -> Result<Outcome, Problem> {
    let Some(image) = Image::read(cx, RANK)? else {
        return Ok(Outcome::unknown(RANK + 2));
    };
    let sizes = image.spatial.iter().zip(pairs(cx, "padding", RANK)).map(|(size, pair)| {
        let (Some(before), Some(after)) = pair else { return Dim::Unknown };
        size.offset(before.saturating_add(after)).unwrap_or(Dim::Unknown)
    });
    Ok(Outcome::new(image.with(sizes.collect(), image.channels.clone())))
}

fn crop<const RANK: usize>(cx: &RuleCx<'_>) -> Result<Outcome, Problem> {
    let Some(image) = Image::read(cx, RANK)? else {
        return Ok(Outcome::unknown(RANK + 2));
    };
    let mut sizes = Vec::with_capacity(RANK);
    for (index, (size, pair)) in image.spatial.iter().zip(pairs(cx, "cropping", RANK)).enumerate() {
        let (Some(before), Some(after)) = pair else {
            sizes.push(Dim::Unknown);
            continue;
        };
        let cut = before.saturating_add(after);
        let room = size.bounds().1.map(|room| i64::try_from(room).unwrap_or(i64::MAX));
        if let Some(room) = room
            && cut >= room
        {
            let blame = match cx.args.given("cropping").and_then(Value::elements) {
                Some(_) if RANK > 1 => Blame::Element("cropping", index),
                _ => Blame::Param("cropping"),
            };
            let problem = cx
                .problem(
                    codes::KERNEL_TOO_LARGE,
                    blame,
                    format!(
                        "`cropping` takes {before} + {after} away from a dimension of {size}; at most {} can go",
                        room.saturating_sub(1)
                    ),
                )
                .dim(0, image.axis(index));
            return Err(match fitting(cx, &image, RANK) {
                Some(fitting) => problem.suggest_set("cropping", fitting),
                None => problem,
            });
        }
        sizes.push(size.offset(-cut).unwrap_or(Dim::Unknown));
    }
    Ok(Outcome::new(image.with(sizes, image.channels.clone())))
}

/// The `cropping` that leaves one position of every dimension of which it would leave nothing: what is
/// too much is taken off the longer end. Written as the argument is, as far as that goes.
fn fitting(cx: &RuleCx<'_>, image: &Image, rank: usize) -> Option<String> {
    let mut fitting: Vec<(i64, i64)> = Vec::new();
    for (size, pair) in image.spatial.iter().zip(pairs(cx, "cropping", rank)) {
        let (mut before, mut after) = (pair.0?, pair.1?);
        if let Some(room) = size.bounds().1.and_then(|room| i64::try_from(room).ok()) {
            let mut excess = before.saturating_add(after).saturating_sub(room - 1).max(0);
            let value = cx.args.value("cropping");
            let by_number = match value.elements() {
                Some(elements) => rank > 1 && elements.iter().all(|it| it.elements().is_none()),
                None => true,
            };
            if by_number && excess > 0 {
                (before, after) = ((room - 1) / 2, (room - 1) / 2);
                excess = 0;
            }
            let longer = if before >= after { &mut before } else { &mut after };
            let cut = excess.min(*longer);
            *longer -= cut;
            excess -= cut;
            let other = if before > after { &mut before } else { &mut after };
            *other -= excess.min(*other);
        }
        fitting.push((before, after));
    }
    let number = |(before, after): &(i64, i64)| (before == after).then_some(*before);
    let numbers: Option<Vec<i64>> = fitting.iter().map(number).collect();
    Some(match (numbers.as_deref(), fitting.as_slice()) {
        (Some([first, rest @ ..]), _) if rest.iter().all(|other| other == first) => {
            first.to_string()
        }
        (_, [(before, after)]) => format!("({before}, {after})"),
        (Some(numbers), _) => {
            let numbers: Vec<String> = numbers.iter().map(i64::to_string).collect();
            format!("({})", numbers.join(", "))
        }
        (None, pairs) => {
            let pairs: Vec<String> =
                pairs.iter().map(|(before, after)| format!("({before}, {after})")).collect();
            format!("({})", pairs.join(", "))
        }
    })
}

fn upsample<const RANK: usize>(cx: &RuleCx<'_>) -> Result<Outcome, Problem> {
    let Some(image) = Image::read(cx, RANK)? else {
        return Ok(Outcome::unknown(RANK + 2));
    };
    let factors = cx.args.lengths("size", RANK);
    let sizes = image.spatial.iter().zip(factors).map(|(size, factor)| match factor {
        Some(factor) => size.times(factor),
        None => Dim::Unknown,
    });
    Ok(Outcome::new(image.with(sizes.collect(), image.channels.clone())))
}

/// Both take a batch of images, or one image without channels being split off.
fn resize(cx: &RuleCx<'_>) -> Result<Outcome, Problem> {
    let input = cx.input();
    if input.rank() != 3 {
        let axes = match cx.args.text("data_format").as_deref() {
            Some("channels_first") => "images (channels, height, width)",
            _ => "images (height, width, channels)",
        };
        cx.need_rank(0, 4, axes)?;
    }
    let mut dims = input.dims().to_vec();
    let first = match cx.args.is_none("data_format") {
        true => false,
        false => match cx.args.text("data_format") {
            Some(layout) => layout == "channels_first",
            None => return Ok(Outcome::unknown(input.rank())),
        },
    };
    let at = if first { dims.len() - 2 } else { dims.len() - 3 };
    dims[at] = cx.args.dim("height");
    dims[at + 1] = cx.args.dim("width");
    let outcome = unchanged(cx)?;
    let output = Shape::new(dims);
    let activation = output.elements();
    Ok(Outcome { outputs: vec![output], ..outcome }.activation(activation).macs(Count::ZERO))
}

fn explain_sizes(cx: &RuleCx<'_>, output: &Shape) -> Vec<String> {
    let first = channels_first(cx).unwrap_or(false);
    let (image, output) = (Image::of(cx.input(), first), Image::of(output, first));
    let rank = image.spatial.len();
    let names = explain::spatial_axes(rank);
    let name = cx.name();
    let axis = |(index, axis): (usize, &&str)| {
        let (size, result) = (explain::size(&image.spatial[index]), output.spatial.get(index)?);
        let formula = if name.starts_with("UpSampling") {
            format!("{size}×{}", cx.args.lengths("size", rank)[index]?)
        } else if name.starts_with("ZeroPadding") {
            let (before, after) = pairs(cx, "padding", rank)[index];
            format!("{} + {size} + {}", before?, after?)
        } else if name.starts_with("Cropping") {
            let (before, after) = pairs(cx, "cropping", rank)[index];
            format!("{size} − {} − {}", before?, after?)
        } else {
            result.to_string()
        };
        explain::line(axis, &formula, result)
    };
    names.iter().enumerate().filter_map(axis).collect()
}

#[cfg(test)]
mod tests {
    use crate::lang::testing::check;
    use expect_test::expect;

    #[test]
    fn padding_and_cropping() {
        check(
            r#"
        ZeroPadding2D() on (8, 8, 3)
        ZeroPadding2D(((1, 0), (2, 3))) on (8, T, 3)
        ZeroPadding1D((2, 1)) on (8, 3)
        ZeroPadding2D(-1) on (8, 8, 3)
        Cropping2D(((1, 1), (2, 2))) on (8, 8, 3)
        Cropping1D(4) on (8, 3)
        Cropping2D((4, 1)) on (8, 8, 3)
        ZeroPadding2D((1, 1, 1)) on (8, 8, 3)
            "#,
            expect![[r#"
                10×10×3  params 0
                9×(T+5)×3  params 0
                11×3  params 0
                6×6×3  params 0
                warning bad-value: `ZeroPadding2D`: `padding=-1` cuts off instead of adding; write `Cropping2D(1)` if that is meant
                  fix: padding=1
                6×4×3  params 0
                error kernel-too-large: `Cropping1D`: `cropping` takes 4 + 4 away from a dimension of 8; at most 7 can go
                  fix: cropping=3
                error kernel-too-large: `Cropping2D`: `cropping` takes 4 + 4 away from a dimension of 8; at most 7 can go
                  fix: cropping=(3, 1)
                ?×?×3  params 0
                error bad-type: `ZeroPadding2D`: `padding` must be a number, 2 numbers, or 2 pairs (before, after), not (1, 1, 1); write 1
                  fix: padding=1"#]],
        );
    }

    #[test]
    fn enlarging() {
        check(
            r#"
        UpSampling2D((2, 3)) on (8, T, 3)
        UpSampling1D(2) on (8, 3)
        UpSampling2D(interpolation="bilinar") on (8, 8, 3)
        Resizing(32, 48) on (?, ?, 3)
            "#,
            expect![[r#"
                16×3*T×3  params 0
                16×3  params 0
                16×16×3  params 0
                error bad-value: `UpSampling2D`: `interpolation` must be "nearest", "bilinear", "bicubic", "lanczos3" or "lanczos5", not "bilinar"; write "bilinear"
                  fix: interpolation="bilinear"
                32×48×3  params 0"#]],
        );
    }
}
