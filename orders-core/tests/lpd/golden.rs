//! Orders pinned down, so that a seed gives the same orders in every version,
//! on every machine, with any number of threads.

use orders_core::methods::{
    Halton, Hierarchical, Random, Raster, Spiral, SpiralCorner, SpiralDirection,
};
use orders_core::{
    Catalogue, Cell, Grid, GroupSizes, LocalityAware, OrderingMethod, Parameters, Problem,
    generate_batch,
};
use rayon::ThreadPoolBuilder;

/// The first cells of an order, and the hash of all.
type Golden = ([Cell; 12], u64);

fn problem(pixels: u32, steps: usize) -> Problem {
    let grid = Grid::for_image(pixels, 16).unwrap();
    let sizes = GroupSizes::published(grid, steps).expect("a published row");
    Problem::new(grid, sizes).unwrap()
}

/// FNV-1a, 64 bits, of the cells as little-endian 32-bit numbers.
fn hash(cells: &[Cell]) -> u64 {
    let bytes = cells.iter().flat_map(|cell| cell.to_le_bytes());
    bytes.fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    })
}

#[test]
fn the_hash_is_fnv_1a() {
    // From the reference: of nothing, and of the four bytes 0.
    assert_eq!(hash(&[]), 0xCBF2_9CE4_8422_2325);
    assert_eq!(hash(&[0]), 0x4D25_767F_9DCE_13F5);
}

/// Checks the first three orders of seed 0.
#[track_caller]
fn assert_golden(method: &dyn OrderingMethod, problem: &Problem, expected: [Golden; 3]) {
    let actual = [0, 1, 2].map(|index| {
        let order = method.order(problem, 0, index).unwrap();
        let cells = order.cell_from_rank();
        (*cells.first_chunk().unwrap(), hash(cells))
    });
    assert_eq!(actual, expected, "{actual:#?}");
}

#[test]
fn lpd_16x16_in_20_steps() {
    assert_golden(
        &LocalityAware::new(1.0, 2.0).unwrap(),
        &problem(256, 20),
        [
            (
                [85, 101, 255, 102, 239, 240, 15, 86, 238, 224, 14, 0],
                0xCF65_E22B_813F_B805,
            ),
            (
                [74, 58, 240, 75, 224, 0, 255, 59, 225, 1, 239, 184],
                0xB1CA_4F8B_01AB_A0E5,
            ),
            (
                [67, 51, 255, 66, 239, 15, 240, 50, 238, 14, 224, 167],
                0x7BF3_1351_5E71_CBB5,
            ),
        ],
    );
}

#[test]
fn lpd_32x32_in_48_steps() {
    assert_golden(
        &LocalityAware::new(1.0, 4.0).unwrap(),
        &problem(512, 48),
        [
            (
                [921, 920, 0, 952, 32, 31, 953, 1, 63, 832, 33, 951],
                0x2F64_8CD2_2E12_EFC1,
            ),
            (
                [540, 541, 0, 573, 1, 992, 572, 32, 960, 19, 33, 508],
                0xD42B_3795_6374_25C5,
            ),
            (
                [67, 66, 1023, 34, 1022, 992, 35, 990, 993, 31, 991, 3],
                0x7547_794E_8799_9DD9,
            ),
        ],
    );
}

#[test]
fn raster() {
    assert_golden(
        &Raster,
        &problem(256, 20),
        [(
            [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
            0x8084_B7F6_C938_AF25,
        ); 3],
    );
}

#[test]
fn random() {
    assert_golden(
        &Random::default(),
        &problem(256, 20),
        [
            (
                [93, 234, 74, 207, 18, 96, 55, 129, 92, 178, 34, 38],
                0xC46C_F044_60E1_CAE5,
            ),
            (
                [130, 208, 229, 26, 7, 134, 222, 155, 220, 109, 18, 253],
                0xB9F6_DA80_07B2_47C5,
            ),
            (
                [73, 124, 152, 60, 199, 213, 209, 151, 32, 41, 142, 164],
                0x933B_2503_3CCC_1E85,
            ),
        ],
    );
}

#[test]
fn halton() {
    assert_golden(
        &Halton::default(),
        &problem(256, 20),
        [(
            [133, 74, 193, 39, 172, 99, 232, 30, 144, 85, 219, 50],
            0x63F7_8807_621C_EEB5,
        ); 3],
    );
}

/// A method of the catalogue whose orders are all the same, on 16 x 16 cells.
#[track_caller]
fn assert_fixed(name: &str, expected: Golden) {
    let problem = problem(256, 20);
    let method = Catalogue::standard()
        .method(name, problem.grid(), &Parameters::new())
        .unwrap();
    assert_golden(&*method, &problem, [expected; 3]);
}

#[test]
fn snake() {
    assert_fixed(
        "snake",
        (
            [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
            0x9130_3433_531E_AF25,
        ),
    );
}

#[test]
fn diagonal() {
    assert_fixed(
        "diagonal",
        (
            [0, 1, 16, 2, 17, 32, 3, 18, 33, 48, 4, 19],
            0x0BB9_11B5_F71E_FD65,
        ),
    );
}

#[test]
fn region_parallel() {
    assert_fixed(
        "region-parallel",
        (
            [0, 4, 8, 12, 64, 68, 72, 76, 128, 132, 136, 140],
            0x4FC7_B9BB_E176_C725,
        ),
    );
}

#[test]
fn row_parallel() {
    assert_fixed(
        "row-parallel",
        (
            [0, 1, 2, 3, 4, 5, 6, 16, 7, 17, 8, 18],
            0x39EB_1FF9_DBCD_F295,
        ),
    );
}

#[test]
fn bayer() {
    assert_fixed(
        "bayer",
        (
            [0, 136, 8, 128, 68, 204, 76, 196, 4, 140, 12, 132],
            0xDEA9_2492_9B30_8F25,
        ),
    );
}

#[test]
fn spiral() {
    assert_fixed(
        "spiral",
        (
            [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
            0x7F4E_A299_7480_85A5,
        ),
    );
}

#[test]
fn hilbert() {
    assert_fixed(
        "hilbert",
        (
            [0, 1, 17, 16, 32, 48, 49, 33, 34, 50, 51, 35],
            0x94B9_4ADF_75F4_FEA5,
        ),
    );
}

#[test]
fn morton() {
    assert_fixed(
        "morton",
        (
            [0, 1, 16, 17, 2, 3, 18, 19, 32, 33, 48, 49],
            0xDEB6_FE43_58CE_8B25,
        ),
    );
}

#[test]
fn subsample() {
    assert_fixed(
        "subsample",
        (
            [0, 8, 128, 136, 4, 12, 132, 140, 64, 72, 192, 200],
            0x2AC0_895C_547A_1725,
        ),
    );
}

#[test]
fn binary_search() {
    assert_fixed(
        "binary-search",
        (
            [127, 63, 191, 31, 95, 159, 223, 15, 47, 79, 111, 143],
            0x4867_B092_3225_44E5,
        ),
    );
}

#[test]
fn dus() {
    assert_fixed(
        "dus",
        (
            [0, 16, 8, 24, 4, 12, 20, 28, 2, 6, 10, 14],
            0x267F_D95B_9641_8225,
        ),
    );
}

#[test]
fn spiral_released() {
    let spiral = Spiral::new(SpiralDirection::In).at(SpiralCorner::LowerRight);
    let expected = (
        [255, 239, 223, 207, 191, 175, 159, 143, 127, 111, 95, 79],
        0x1B03_1D22_88F6_8EA5,
    );
    assert_golden(&spiral, &problem(256, 20), [expected; 3]);
}

#[test]
fn halton_rotated() {
    assert_golden(
        &Halton {
            rotate: true,
            ..Halton::default()
        },
        &problem(256, 20),
        [
            (
                [80, 213, 59, 178, 119, 253, 4, 137, 78, 38, 171, 29],
                0xC3F9_C774_CC1C_8B75,
            ),
            (
                [146, 87, 220, 51, 185, 126, 240, 6, 139, 66, 200, 45],
                0x2BC1_C2BD_9EA1_5995,
            ),
            (
                [216, 62, 251, 199, 44, 163, 238, 189, 98, 89, 49, 8],
                0x2E9A_CA04_3173_4295,
            ),
        ],
    );
}

#[test]
fn hierarchical() {
    assert_golden(
        &Hierarchical,
        &problem(256, 20),
        [
            (
                [236, 96, 46, 160, 230, 224, 226, 32, 8, 66, 206, 38],
                0x5969_4AC6_6435_76F5,
            ),
            (
                [194, 230, 172, 72, 232, 192, 70, 206, 36, 166, 204, 160],
                0x0528_30BF_97B7_9D85,
            ),
            (
                [12, 204, 194, 236, 66, 192, 234, 38, 46, 2, 168, 76],
                0xFBB3_50C8_3DD1_BC35,
            ),
        ],
    );
}

#[test]
fn halton_rolled() {
    assert_golden(
        &Halton {
            roll: true,
            scramble: false,
            ..Halton::default()
        },
        &problem(256, 20),
        [
            (
                [48, 245, 124, 210, 87, 30, 147, 201, 75, 0, 134, 237],
                0xEA5C_1A0D_5074_C2F5,
            ),
            (
                [75, 0, 135, 237, 98, 41, 174, 212, 86, 27, 145, 248],
                0xD768_AEE9_2F0E_6B35,
            ),
            (
                [214, 155, 18, 120, 253, 180, 57, 111, 225, 166, 44, 131],
                0xDF92_6D75_CB78_C035,
            ),
        ],
    );
}

#[test]
fn halton_scrambled() {
    assert_golden(
        &Halton {
            roll: false,
            scramble: true,
            ..Halton::default()
        },
        &problem(256, 20),
        [
            (
                [154, 85, 209, 60, 183, 115, 254, 9, 129, 76, 198, 35],
                0x3DEA_DA25_5584_CA95,
            ),
            (
                [172, 98, 229, 10, 128, 73, 206, 51, 184, 125, 243, 22],
                0xCDD8_149B_42C9_7C75,
            ),
            (
                [107, 161, 42, 207, 68, 136, 13, 243, 117, 186, 48, 216],
                0x31D7_4279_35D1_F245,
            ),
        ],
    );
}

#[test]
fn halton_rolled_and_scrambled() {
    assert_golden(
        &Halton {
            roll: true,
            scramble: true,
            ..Halton::default()
        },
        &problem(256, 20),
        [
            (
                [83, 30, 154, 245, 112, 60, 183, 194, 74, 5, 143, 236],
                0xB795_3F0F_63B6_BC75,
            ),
            (
                [227, 169, 44, 65, 199, 128, 5, 122, 255, 180, 58, 93],
                0x6E58_5811_1FDD_EA95,
            ),
            (
                [136, 206, 71, 236, 97, 165, 42, 16, 146, 215, 93, 245],
                0x786D_82B6_D019_71C5,
            ),
        ],
    );
}

/// A batch is the same orders one after the other, for any number of threads.
#[test]
fn batches_are_their_orders_for_any_number_of_threads() {
    let methods: [&dyn OrderingMethod; 6] = [
        &LocalityAware::new(1.0, 2.0).unwrap(),
        &Raster,
        &Random::default(),
        &Halton::default(),
        &Hierarchical,
        &Halton {
            roll: true,
            scramble: true,
            ..Halton::default()
        },
    ];
    let problem = problem(256, 20);
    for method in methods {
        // More than the chunks that all threads together make at once.
        let count = 5200;
        let batch = |threads: usize| {
            let pool = ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            pool.install(|| {
                let mut cells = Vec::new();
                let take = |order: &[Cell]| cells.extend_from_slice(order);
                generate_batch(method, &problem, count, 7, take).unwrap();
                cells
            })
        };
        let one = batch(1);
        assert!(one == batch(2), "{}", method.name());
        assert!(one == batch(5), "{}", method.name());
        let orders: Vec<&[Cell]> = one.chunks_exact(256).collect();
        assert_eq!(orders.len(), count as usize);
        for index in [0, 1, 2, 255, 256, 1023, 1024, 2048, 5119, 5120, 5199] {
            let order = method.order(&problem, 7, index as u64).unwrap();
            assert_eq!(order.cell_from_rank(), orders[index], "{}", method.name());
        }
    }
}
