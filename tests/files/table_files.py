"""Tables as other services export them, with their real headings and invented runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

STRAVA = """\
Activity ID,Activity Date,Activity Name,Activity Type,Activity Description,Elapsed Time,Distance,Max Heart Rate,\
Relative Effort,Commute,Activity Private Note,Activity Gear,Filename,Athlete Weight,Bike Weight,Elapsed Time,\
Moving Time,Distance,Max Speed,Average Speed,Elevation Gain
9001,"Nov 3, 2026, 5:15:00 AM","Morning Run, easy",Run,,1700,5.01,170,20,false,,,activities/1.gpx,,,1700.0,1650.0,\
5010.5,4.2,3.0,12
9002,"Nov 4, 2026, 4:30:00 PM",Evening Ride,Ride,,3700,20.10,150,55,false,,,activities/2.fit.gz,,,3700.0,3600.0,\
20100.0,9.2,5.5,150
9003,"Nov 5, 2026, 5:20:00 AM","Fell ""hard""
twice",Trail Run,,2500,7.00,,,false,,,activities/3.fit.gz,,,2500.0,2400.0,7000.0,4.2,2.9,80
"""
STRAVA_DE = """\
Aktivitäts-ID,Aktivitätsdatum,Name der Aktivität,Aktivitätsart,Aktivitätsbeschreibung,Verstrichene Zeit,Distanz,\
Max. Herzfrequenz,Relative Leistung,Pendeln,Dateiname,Verstrichene Zeit,Bewegungszeit,Distanz,Höchstgeschw.
9001,"03.11.2026, 05:15:00",Lauf am Morgen,Lauf,,1700,"5,01",170,20,false,activities/1.gpx,1700,1650,"5010,5","4,2"
9002,"04.11.2026, 16:30:00",Radfahrt am Abend,Radfahrt,,3700,"20,10",150,55,false,,3700,3600,"20100,0","9,2"
"""
GARMIN = """\
Activity Type,Date,Favorite,Title,Distance,Calories,Time,Avg HR,Max HR,Aerobic TE,Avg Run Cadence,Max Run Cadence,\
Avg Pace,Best Pace,Total Ascent,Total Descent,Avg Stride Length,Best Lap Time,Number of Laps,Moving Time,Elapsed Time
Running,2026-11-03 06:15:00,false,"Leeds Running","5.01","1,412","00:27:30","148","163","3.1","164","170","5:29",\
"4:06","30","30","1.15","00:05:10.3","5","00:27:12","00:28:20"
Strength Training,2026-11-04 18:00:00,false,"Strength","0.00","250","00:55:00","110","140","0.5","--","--","--","--",\
"--","--","--","--","1","--","--"
Treadmill Running,2026-11-05 06:30:00,false,"Intervals, 6x400","10.10","980","01:05:00.5","155","178","3.8","170",\
"180","6:26","4:00","--","--","1.0","00:02:15.3","6","01:04:00","01:05:01"
"""
GARMIN_DE = """\
Aktivitätstyp,Datum,Favorit,Titel,Distanz,Kalorien,Zeit,Ø Herzfrequenz,Maximale Herzfrequenz,\
Ø Schrittfrequenz (Laufen),Ø Pace,Beste Pace,Anstieg gesamt,Zeit in Bewegung,Verstrichene Zeit
Laufen,2026-11-03 06:15:00,false,"Köln Laufen","5,01","412","00:27:30","148","163","164","5:29","4:06","30",\
"00:27:12","00:28:20"
Radfahren,2026-11-04 13:12:32,false,"Monschau Radfahren","42,02","2.336","03:51:46","139","181","--","--","--","933",\
"03:40:00","04:00:00"
"""
RUNALYZE = """\
"id","sportid","typeid","time","timezoneOffset","created","title","distance","s","elapsedTime","pulseAvg","pulseMax",\
"elevationUp","vo2max","useVO2max"
"1","1772235","","1793682900","60","1793690000","Dauerlauf","5.01","1650","1700","148","163","12","48.1","1"
"2","1772237","","1793769300","60","1793780000","Rad","40.03","5010","5100","130","150","200","","0"
"3","1772235","","1793855700","-180","1793860000","Urlaub","10.1","3900","3950","150","170","40","47.9","1"
"""
POLAR = """\
Name,Sport,Date,Start time,Duration,Total distance (km),Average heart rate (bpm),Average speed (km/h),\
Max speed (km/h),Average pace (min/km),Max pace (min/km),Calories,Notes,Height (cm),Weight (kg)
Ada,RUNNING,03-11-2026,06:15:00,00:27:30,5.01,156,8.9,18.8,06:44,03:11,435,"Felix, sehr warm",180.0,77.0
Ada,CYCLING,04-11-2026,16:30:00,01:00:00,20.1,120,20.1,30.0,,,500,,180.0,77.0
"""
COROS = """\
Date,Activity Type,Name,Distance (km),Duration,Avg Pace,Avg HR,Cadence
2026-11-03 06:15:00,Run,Easy aerobic,5.01,00:27:30,5:29,142,174
2026-11-04 16:30:00,Indoor Bike,Spin,20.1,01:00:00,,120,
"""
OTHER_DE = """\
Tag;Uhrzeit;Strecke;Dauer;Bemerkung
03.11.2026;06:15;5,01;27:30;schön
05.11.2026;;10;1:05:00;ohne Uhrzeit
"""


def strava(lines: int) -> bytes:
    """Return a Strava table of `lines` activities, every tenth a ride."""
    head, *_ = STRAVA.splitlines()
    at, rows = datetime(2001, 1, 1, 6, tzinfo=UTC), [head]
    for number in range(lines):
        at += timedelta(hours=11)
        metres = 5000 + number % 17 * 1000
        seconds, sport = metres * 33 // 100, "Run" if number % 10 else "Ride"
        rows.append(
            f'{number},"{at:%b} {at.day}, {at.year}, {at.hour % 12 or 12}:{at:%M:%S} {at:%p}","Run, easy",{sport},,'
            f"{seconds + 60},{metres / 1000:.2f},170,50,false,,,activities/{number}.fit.gz,,,{seconds + 60}.0,"
            f"{seconds}.0,{metres}.0,4.2,3.0,12"
        )
    return "\n".join(rows).encode()
