//! Locations of a group.

use async_trait::async_trait;
use domain::{
    access::{Access, ManageLocations},
    ids::GroupId,
    limits,
    location::{Location, OpeningHours},
    text,
    time::Time,
};
use services::ports::{Locations, StoreError, Stored};
use sqlx::{query, query_as};
use uuid::Uuid;

use super::SqlWork;
use crate::{
    common::{readable, rows},
    search::stored_sort_name,
};

#[derive(sqlx::FromRow)]
struct LocationRow {
    id: Uuid,
    name: String,
    time_zone: String,
    address: String,
    phone: String,
    hours: String,
    version: i64,
}

impl TryFrom<LocationRow> for Location {
    type Error = StoreError;

    fn try_from(row: LocationRow) -> Stored<Self> {
        let LocationRow { id, name, time_zone, address, phone, hours, version } = row;
        let hours = readable(OpeningHours::from_code(&hours), "week of opening hours")?;
        Ok(Self { id: id.into(), name, time_zone, address, phone, hours, version })
    }
}

#[async_trait]
impl Locations for SqlWork {
    async fn unscoped_add_location(&mut self, group: GroupId, location: &Location, at: Time) -> Stored<()> {
        self.execute(
            query(
                "INSERT INTO locations (
                     group_id,
                     id,
                     name,
                     name_folded,
                     time_zone,
                     address,
                     phone,
                     hours,
                     version,
                     added_at
                 ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            )
            .bind(group.uuid())
            .bind(location.id.uuid())
            .bind(location.name.clone())
            .bind(stored_sort_name(&text::fold(&location.name)))
            .bind(location.time_zone.clone())
            .bind(location.address.clone())
            .bind(location.phone.clone())
            .bind(location.hours.code())
            .bind(location.version)
            .bind(at.millis()),
        )
        .await?;
        Ok(())
    }

    async fn unscoped_list_locations(&mut self, group: GroupId) -> Stored<Vec<Location>> {
        let found: Vec<LocationRow> = self
            .all(
                query_as(
                    "SELECT
                         id,
                         name,
                         time_zone,
                         address,
                         phone,
                         hours,
                         version
                     FROM locations
                     WHERE group_id = $1
                     ORDER BY name_folded, id
                     LIMIT $2",
                )
                .bind(group.uuid())
                .bind(rows(limits::LOCATIONS)),
            )
            .await?;
        found.into_iter().map(Location::try_from).collect()
    }

    async fn save_location(&mut self, access: &Access<ManageLocations>, location: &Location) -> Stored<bool> {
        let saved = self
            .execute(
                query(
                    "UPDATE locations
                     SET name = $4,
                         name_folded = $5,
                         time_zone = $6,
                         address = $7,
                         phone = $8,
                         hours = $9,
                         version = version + 1
                     WHERE group_id = $1
                       AND id = $2
                       AND version = $3",
                )
                .bind(access.group().uuid())
                .bind(location.id.uuid())
                .bind(location.version)
                .bind(location.name.clone())
                .bind(stored_sort_name(&text::fold(&location.name)))
                .bind(location.time_zone.clone())
                .bind(location.address.clone())
                .bind(location.phone.clone())
                .bind(location.hours.code()),
            )
            .await?;
        Ok(saved == 1)
    }
}
