//! Drawing one slice: scalp, skull and the folded surface of the brain, then everything inside.

use super::FIELD_MM;
use super::anatomy::{self, Part, Place};
use std::f32::consts::TAU;

/// Half axes of the head in millimetres: width, length; height above [`CENTRE_Z`].
const HALF_WIDTH: f32 = 72.0;
const HALF_LENGTH: f32 = 92.0;
const HALF_HEIGHT: f32 = 95.0;
/// Height of the widest slice above the first.
const CENTRE_Z: f32 = 62.0;
/// Below it the head narrows only this much: a neck and a face follow there, not the end of an egg.
const TAPER_BELOW: f32 = 0.45;
/// Directions in which the brain's surface may lie differently deep.
const DIRECTIONS: usize = 1024;
const NOISE_SAMPLES: usize = 1 << 16;

/// Layers from outside in, as a share of the head's half axes: inner limit and Hounsfield units.
const LAYERS: [(f32, i16); 6] = [(0.985, 30), (0.962, -80), (0.945, 1250), (0.918, 650), (0.900, 1350), (0.885, 9)];
const AIR: i16 = -1000;
const SPINAL_FLUID: i16 = 9;
const GREY_MATTER: i16 = 38;
const WHITE_MATTER: i16 = 28;
/// The inside of the skull, and of the skin, as a share of the half axes.
const INSIDE_SKULL: f32 = 0.885;
const INSIDE_SKIN: f32 = 0.985;

/// What is the same for all slices.
pub(super) struct Drawing {
    size: usize,
    /// Squared distance from the axis of the head, as a share of the half axes, for each pixel.
    radius: Vec<f32>,
    /// Direction from the axis, for each pixel.
    direction: Vec<u16>,
    noise: Vec<i16>,
    seed: u64,
}

impl Drawing {
    pub(super) fn new(size: u16, noise: f32, seed: u64) -> Self {
        let size = usize::from(size);
        let mut radius = Vec::with_capacity(size * size);
        let mut direction = Vec::with_capacity(size * size);
        for row in 0..size {
            let y = millimetres(row, size);
            // Wider behind the ears than at the forehead.
            let half_width = HALF_WIDTH * (1.0 + 0.08 * (y / HALF_LENGTH).clamp(-1.0, 1.0));
            for column in 0..size {
                let x = millimetres(column, size);
                let (across, along) = (x / half_width, y / HALF_LENGTH);
                radius.push(across * across + along * along);
                let turn = (along.atan2(across) / TAU).rem_euclid(1.0);
                direction.push((turn * DIRECTIONS as f32) as u16 % DIRECTIONS as u16);
            }
        }
        Self { size, radius, direction, noise: noise_table(noise, seed), seed }
    }

    /// Hounsfield units of the slice at `height` millimetres above the first.
    pub(super) fn slice(&self, height: f32, bleed: bool, number: u64) -> Vec<i16> {
        let above = height - CENTRE_Z;
        let rise = if above < 0.0 { above * TAPER_BELOW } else { above } / HALF_HEIGHT;
        let rise = rise * rise;
        let mut values = self.layers(height, rise);
        self.paint(&mut values, &anatomy::parts(bleed), height, rise);
        self.head_rest(&mut values);
        let mut values = soften(&values, self.size);
        self.add_noise(&mut values, number);
        values
    }

    fn layers(&self, height: f32, rise: f32) -> Vec<i16> {
        let limits = LAYERS.map(|(share, value)| (share * share - rise, value));
        let (cortex, white): (Vec<f32>, Vec<f32>) = (0..DIRECTIONS)
            .map(|direction| folds(direction as f32 / DIRECTIONS as f32 * TAU, height))
            .map(|(cortex, white)| (cortex * cortex - rise, white * white - rise))
            .unzip();
        let skin = 1.0 - rise;
        let classify = |(radius, direction): (&f32, &u16)| {
            if *radius >= skin {
                return AIR;
            }
            if let Some((_, value)) = limits.iter().find(|(limit, _)| radius >= limit) {
                return *value;
            }
            let direction = usize::from(*direction);
            if *radius >= cortex[direction] {
                SPINAL_FLUID
            } else if *radius >= white[direction] {
                GREY_MATTER
            } else {
                WHITE_MATTER
            }
        };
        self.radius.iter().zip(&self.direction).map(classify).collect()
    }

    fn paint(&self, values: &mut [i16], parts: &[Part], height: f32, rise: f32) {
        for part in parts {
            let Some(ellipse) = part.cut(height) else { continue };
            let bound = match part.place {
                Place::Brain => INSIDE_SKULL * INSIDE_SKULL - rise,
                Place::Base => INSIDE_SKIN * INSIDE_SKIN - rise,
            };
            let reach = ellipse.reach();
            for row in self.pixels(ellipse.y - reach, ellipse.y + reach) {
                let y = millimetres(row, self.size);
                for column in self.pixels(ellipse.x - reach, ellipse.x + reach) {
                    let pixel = row * self.size + column;
                    if self.radius[pixel] < bound && ellipse.holds(millimetres(column, self.size), y) {
                        values[pixel] = part.value;
                    }
                }
            }
        }
    }

    /// The scanner's head rest: a thin shell behind the head.
    fn head_rest(&self, values: &mut [i16]) {
        for row in self.pixels(55.0, 112.0) {
            let y = millimetres(row, self.size);
            for column in 0..self.size {
                let x = millimetres(column, self.size);
                let distance = x.hypot(y + 10.0);
                if (104.0..108.0).contains(&distance) {
                    values[row * self.size + column] = if (105.0..107.0).contains(&distance) { -850 } else { -120 };
                }
            }
        }
    }

    fn pixels(&self, from: f32, to: f32) -> std::ops::Range<usize> {
        let pixel = |place: f32| ((place / FIELD_MM as f32 + 0.5) * self.size as f32).clamp(0.0, self.size as f32);
        pixel(from).floor() as usize..pixel(to).ceil() as usize
    }

    fn add_noise(&self, values: &mut [i16], number: u64) {
        let mut random = Random(self.seed ^ number.wrapping_mul(0xA076_1D64_78BD_642F));
        for row in values.chunks_mut(self.size) {
            let start = random.next() as usize % (NOISE_SAMPLES - self.size.min(NOISE_SAMPLES - 1));
            for (value, noise) in row.iter_mut().zip(&self.noise[start..]) {
                *value = (*value + noise).max(-1024);
            }
        }
    }
}

/// Centre of a pixel, from the centre of the picture.
fn millimetres(pixel: usize, size: usize) -> f32 {
    ((pixel as f32 + 0.5) / size as f32 - 0.5) * FIELD_MM as f32
}

/// Where cortex and white matter begin in a direction: sulci are narrow gaps, gyri wavy bands.
fn folds(angle: f32, height: f32) -> (f32, f32) {
    let wander = 1.6 * (5.0 * angle + height / 9.0).sin() + 0.9 * (3.0 * angle - height / 14.0).sin();
    let gap = (21.0 * angle + wander + height / 5.0).sin().max(0.0).powi(10);
    let wave = 0.5 + 0.5 * (16.0 * angle + 1.7 * wander - height / 7.0).sin();
    let cortex = INSIDE_SKULL - 0.012 - 0.075 * gap;
    (cortex, cortex - 0.055 - 0.060 * wave)
}

/// A binomial 3 × 3 blur: what a detector of finite width does to edges.
fn soften(values: &[i16], size: usize) -> Vec<i16> {
    let smooth = |a: i16, b: i16, c: i16| ((i32::from(a) + 2 * i32::from(b) + i32::from(c)) / 4) as i16;
    let mut across = values.to_vec();
    for (row, out) in values.chunks(size).zip(across.chunks_mut(size)) {
        for (three, out) in row.windows(3).zip(&mut out[1..]) {
            *out = smooth(three[0], three[1], three[2]);
        }
    }
    let mut both = across.clone();
    for row in 1..size.saturating_sub(1) {
        let (above, here, below) = (&across[(row - 1) * size..], &across[row * size..], &across[(row + 1) * size..]);
        for column in 0..size {
            both[row * size + column] = smooth(above[column], here[column], below[column]);
        }
    }
    both
}

/// Neighbouring samples are alike, as in a reconstructed picture.
fn noise_table(deviation: f32, seed: u64) -> Vec<i16> {
    let mut random = Random(seed ^ 0x9E37_79B9_7F4A_7C15);
    let white: Vec<f32> = (0..=NOISE_SAMPLES).map(|_| random.normal()).collect();
    white.windows(2).map(|pair| ((pair[0] + 0.6 * pair[1]) / 1.166 * deviation).round() as i16).collect()
}

/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers on every machine and for ever, which a library does not
/// promise.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// About normal: the sum of twelve uniform numbers.
    fn normal(&mut self) -> f32 {
        (0..12).map(|_| (self.next() >> 40) as f32 / (1u64 << 24) as f32).sum::<f32>() - 6.0
    }
}
