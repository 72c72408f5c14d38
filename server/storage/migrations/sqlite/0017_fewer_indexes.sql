-- A patient has few invitations: those still open are found among all of them, and each invitation costs an entry less.
DROP INDEX invitations_open;
