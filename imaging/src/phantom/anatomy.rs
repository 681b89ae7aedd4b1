//! What lies inside the skull, as ellipsoids, painted in order. Millimetres from the axis of the head: x to the
//! patient's left, y to the back, z up from the first slice; values in Hounsfield units.

/// Where a part may show.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Inside the skull.
    Brain,
    /// Skull base and face: anywhere under the skin.
    Base,
}

/// One ellipsoid, turned about the vertical axis.
pub(super) struct Part {
    centre: [f32; 3],
    half: [f32; 3],
    turn: f32,
    pub(super) value: i16,
    pub(super) place: Place,
}

/// A part cut by a slice.
pub(super) struct Ellipse {
    pub(super) x: f32,
    pub(super) y: f32,
    half: [f32; 2],
    turn: (f32, f32),
}

impl Part {
    pub(super) fn cut(&self, height: f32) -> Option<Ellipse> {
        let rise = (height - self.centre[2]) / self.half[2];
        let share = 1.0 - rise * rise;
        if share <= 0.0 {
            return None;
        }
        let share = share.sqrt();
        Some(Ellipse {
            x: self.centre[0],
            y: self.centre[1],
            half: [self.half[0] * share, self.half[1] * share],
            turn: self.turn.to_radians().sin_cos(),
        })
    }
}

impl Ellipse {
    pub(super) fn reach(&self) -> f32 {
        self.half[0].max(self.half[1])
    }

    pub(super) fn holds(&self, x: f32, y: f32) -> bool {
        let (dx, dy) = (x - self.x, y - self.y);
        let (sin, cos) = self.turn;
        let across = (dx * cos + dy * sin) / self.half[0];
        let along = (dy * cos - dx * sin) / self.half[1];
        across * across + along * along < 1.0
    }
}

/// How far the bleed pushes the midline to the left.
const SHIFT: f32 = 4.5;

const FLUID: i16 = 7;
const NUCLEUS: i16 = 37;
const FALX: i16 = 48;
const BLOOD: i16 = 66;
const OEDEMA: i16 = 19;
const BONE: i16 = 1100;
const MUSCLE: i16 = 45;
const FAT: i16 = -90;
const AIR: i16 = -950;

/// All parts, in the order of painting.
pub(super) fn parts(bleed: bool) -> Vec<Part> {
    let mut list = List { parts: Vec::with_capacity(96), shift: if bleed { SHIFT } else { 0.0 } };
    list.fissures();
    list.posterior_fossa();
    list.nuclei();
    list.ventricles(bleed);
    list.base();
    list.face();
    if bleed {
        list.bleed();
    }
    list.parts
}

struct List {
    parts: Vec<Part>,
    shift: f32,
}

impl List {
    fn one(&mut self, place: Place, value: i16, centre: [f32; 3], half: [f32; 3], turn: f32) {
        self.parts.push(Part { centre, half, turn, value, place });
    }

    /// In the middle of the brain, where the bleed pushes.
    fn middle(&mut self, value: i16, [x, y, z]: [f32; 3], half: [f32; 3], turn: f32) {
        let near = (-((z - 74.0) / 26.0).powi(2) - (y / 60.0).powi(2)).exp();
        self.one(Place::Brain, value, [x + self.shift * near, y, z], half, turn);
    }

    /// The same on both sides.
    fn pair(&mut self, place: Place, value: i16, [x, y, z]: [f32; 3], half: [f32; 3], turn: f32) {
        self.one(place, value, [x, y, z], half, turn);
        self.one(place, value, [-x, y, z], half, -turn);
    }

    fn fissures(&mut self) {
        for (y, z, length, height) in [(-57.0, 92.0, 26.0, 46.0), (58.0, 96.0, 24.0, 42.0), (0.0, 132.0, 76.0, 22.0)] {
            self.one(Place::Brain, FLUID, [0.0, y, z], [1.9, length, height], 0.0);
            self.one(Place::Brain, FALX, [0.0, y, z], [0.8, length + 2.0, height + 1.0], 0.0);
        }
        // Sylvian fissures and insular cisterns.
        self.pair(Place::Brain, FLUID, [46.0, -16.0, 62.0], [15.0, 2.3, 13.0], 18.0);
        self.pair(Place::Brain, FLUID, [37.5, -4.0, 68.0], [1.8, 15.0, 12.0], 8.0);
        // Suprasellar and ambient cisterns.
        self.one(Place::Brain, FLUID, [0.0, -22.0, 46.0], [15.0, 5.0, 6.0], 0.0);
        self.pair(Place::Brain, FLUID, [12.0, -12.0, 46.0], [4.0, 14.0, 6.0], -28.0);
        self.pair(Place::Brain, FLUID, [17.0, 12.0, 51.0], [2.0, 14.0, 8.0], -12.0);
        self.one(Place::Brain, FLUID, [0.0, 25.0, 56.0], [9.0, 4.0, 7.0], 0.0);
    }

    fn posterior_fossa(&mut self) {
        let brain = Place::Brain;
        self.pair(brain, FLUID, [24.0, 46.0, 24.0], [32.0, 26.0, 27.0], -14.0);
        self.pair(brain, 36, [24.0, 46.0, 24.0], [29.5, 24.0, 25.0], -14.0);
        for (x, y) in [(22.0, 44.0), (30.0, 54.0), (14.0, 54.0)] {
            self.pair(brain, 30, [x, y, 24.0], [9.0, 4.0, 16.0], 30.0);
        }
        self.one(brain, FLUID, [0.0, 18.0, 30.0], [22.0, 17.0, 32.0], 0.0);
        self.one(brain, 34, [0.0, 17.0, 24.0], [16.0, 13.0, 34.0], 0.0);
        self.pair(brain, 33, [10.0, 5.0, 50.0], [6.0, 9.0, 7.0], 32.0);
        self.one(brain, FLUID, [0.0, 31.0, 30.0], [7.0, 5.0, 12.0], 0.0);
        self.one(brain, 38, [0.0, 46.0, 28.0], [4.0, 14.0, 18.0], 0.0);
    }

    fn nuclei(&mut self) {
        let brain = Place::Brain;
        self.pair(brain, NUCLEUS, [34.5, -4.0, 68.0], [2.2, 17.0, 14.0], 8.0);
        self.pair(brain, NUCLEUS, [24.0, -5.0, 68.0], [7.0, 15.0, 11.0], 14.0);
        self.middle(NUCLEUS, [11.0, 6.0, 69.0], [8.0, 13.0, 10.0], -18.0);
        self.middle(NUCLEUS, [-11.0, 6.0, 69.0], [8.0, 13.0, 10.0], 18.0);
        self.middle(NUCLEUS, [12.0, -23.0, 76.0], [4.5, 9.0, 10.0], -14.0);
        self.middle(NUCLEUS, [-12.0, -23.0, 76.0], [4.5, 9.0, 10.0], 14.0);
        self.middle(170, [0.0, 24.0, 68.0], [2.2, 2.2, 2.2], 0.0);
    }

    fn ventricles(&mut self, bleed: bool) {
        let squeezed = if bleed { 0.55 } else { 1.0 };
        for (side, width) in [(1.0_f32, 1.0_f32), (-1.0, squeezed)] {
            self.middle(FLUID, [side * 7.5, -27.0, 78.0], [4.0 * width, 13.0, 9.0], side * -20.0);
            self.middle(FLUID, [side * 11.0, -4.0, 88.0], [5.0 * width, 24.0, 7.0], side * -8.0);
            self.middle(FLUID, [side * 20.0, 24.0, 80.0], [6.5 * width, 15.0, 9.0], side * -28.0);
            self.middle(FLUID, [side * 25.0, 42.0, 74.0], [4.5, 14.0, 6.0], side * -10.0);
            self.middle(FLUID, [side * 33.0, 6.0, 50.0], [2.6, 11.0, 3.5], side * -12.0);
            self.middle(150, [side * 22.0, 26.0, 79.0], [2.4, 3.4, 2.6], 0.0);
        }
        self.middle(FLUID, [0.0, -1.0, 66.0], [2.3, 14.0, 9.0], 0.0);
        self.middle(34, [0.0, -14.0, 82.0], [0.9, 20.0, 7.0], 0.0);
    }

    fn base(&mut self) {
        let base = Place::Base;
        self.pair(base, BONE, [36.0, 19.0, 24.0], [27.0, 7.5, 9.0], -32.0);
        self.pair(base, 900, [59.0, 30.0, 18.0], [13.0, 15.0, 17.0], 0.0);
        self.pair(base, -550, [60.0, 31.0, 16.0], [8.0, 10.0, 13.0], 0.0);
        self.pair(base, AIR, [62.0, 12.0, 16.0], [11.0, 2.6, 3.0], 0.0);
        self.pair(base, -300, [44.0, 16.0, 24.0], [4.0, 3.0, 3.0], 0.0);
        self.pair(base, 950, [40.0, -31.0, 27.0], [30.0, 3.6, 6.0], 24.0);
        self.one(base, 850, [0.0, -6.0, 24.0], [13.0, 9.0, 13.0], 0.0);
        self.one(base, MUSCLE, [0.0, -10.0, 37.0], [5.5, 4.0, 4.0], 0.0);
        self.one(base, BONE, [0.0, 72.0, 38.0], [4.0, 9.0, 16.0], 0.0);
    }

    fn face(&mut self) {
        let base = Place::Base;
        self.one(base, 900, [0.0, -24.0, 14.0], [15.0, 14.0, 14.0], 0.0);
        self.one(base, AIR, [0.0, -24.0, 13.0], [12.5, 11.5, 11.0], 0.0);
        self.one(base, 700, [0.0, -22.0, 13.0], [0.7, 12.0, 11.0], 0.0);
        self.pair(base, 850, [30.0, -60.0, 6.0], [22.0, 25.0, 22.0], 14.0);
        self.pair(base, FAT, [30.0, -62.0, 6.0], [19.5, 24.0, 19.0], 14.0);
        self.pair(base, MUSCLE, [22.0, -50.0, 7.0], [2.2, 18.0, 2.4], -16.0);
        self.pair(base, MUSCLE, [41.0, -55.0, 7.0], [1.9, 15.0, 5.0], 22.0);
        self.pair(base, 14, [31.0, -67.0, 7.0], [12.0, 12.0, 12.0], 0.0);
        self.pair(base, 75, [31.0, -76.0, 7.0], [4.6, 2.0, 4.4], 0.0);
        self.one(base, 600, [0.0, -56.0, 8.0], [11.0, 23.0, 18.0], 0.0);
        self.pair(base, AIR, [5.0, -56.0, 8.0], [4.2, 20.0, 16.0], 0.0);
        self.pair(base, AIR, [9.0, -82.0, 26.0], [8.0, 3.2, 9.0], -14.0);
    }

    /// Putamen bleed on the right with lobes, oedema around it, and blood that sank into the back of the ventricle.
    fn bleed(&mut self) {
        const LOBES: [([f32; 3], [f32; 3], f32); 6] = [
            ([-28.0, -4.0, 72.0], [13.5, 22.0, 17.0], 12.0),
            ([-36.0, 5.0, 76.0], [10.0, 12.0, 11.0], -20.0),
            ([-22.0, -17.0, 69.0], [8.5, 10.0, 9.0], 30.0),
            ([-34.0, -17.0, 80.0], [8.0, 9.5, 8.5], 0.0),
            ([-25.0, 11.0, 66.0], [8.0, 10.0, 8.0], 25.0),
            ([-39.0, -6.0, 65.0], [7.0, 9.0, 7.0], 10.0),
        ];
        let brain = Place::Brain;
        for (centre, half, turn) in LOBES {
            self.one(brain, OEDEMA, centre, half.map(|side| side + 4.5), turn);
        }
        for (centre, half, turn) in LOBES {
            self.one(brain, BLOOD, centre, half, turn);
        }
        self.one(brain, 73, [-27.0, 0.0, 73.0], [7.5, 12.0, 9.0], 15.0);
        self.one(brain, 58, [-33.0, -11.0, 74.0], [3.5, 6.0, 5.0], -25.0);
        self.one(brain, 62, [-24.0, 50.0, 73.0], [3.8, 6.0, 5.0], 10.0);
        self.one(brain, 60, [22.0, 51.5, 73.0], [3.4, 4.0, 4.0], -10.0);
    }
}
