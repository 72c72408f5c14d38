-- The second lock (TG-09): a statement that forgot to say which group it is about finds nothing. Each transaction says the
-- scope it has: a group's UUID, or `every` for what belongs to an account or a worker. FORCE, since the program owns its
-- tables; a superuser would still see everything, which is why the server warns of one.
-- The scope is read in a subquery: once for a statement, not once for a row.
-- Left out are the outbox, the trail and its heads, and what belongs to accounts: workers and people without a group.
CREATE FUNCTION portico_group() RETURNS UUID LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT NULLIF(NULLIF(current_setting('portico.scope', true), 'every'), '')::uuid
$$;

DO $$
DECLARE
    each TEXT;
BEGIN
    FOREACH each IN ARRAY ARRAY[
        'patient_access_settings', 'message_settings', 'message_credit', 'locations', 'users', 'user_locations',
        'patients', 'patient_words', 'practitioner_relationships', 'contacts', 'portal_grants', 'invitations',
        'invitation_links', 'templates', 'notifications'
    ] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', each);
        EXECUTE format(
            'CREATE POLICY one_group ON %I
                 USING (
                     group_id = (SELECT portico_group())
                     OR (SELECT current_setting(''portico.scope'', true)) = ''every''
                 )',
            each
        );
    END LOOP;
END
$$;
